package io.keyward.spring.boot;

import io.keyward.admin.ApiKeyAdminServlet;
import io.keyward.store.ApiKeys;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.web.servlet.ServletRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * Mounts the admin API below {@code keyward.admin.path}. The filter or the chain of the application guards it too. If
 * neither has verified a key, the API itself answers 401.
 */
@Configuration(proxyBeanMethods = false)
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
@ConditionalOnProperty("keyward.admin.path")
@ConditionalOnClass(name = "io.keyward.admin.ApiKeyAdminServlet")
class AdminConfiguration {
    @Bean
    @ConditionalOnMissingBean
    ApiKeyAdminServlet apiKeyAdminServlet(ObjectProvider<ApiKeys> keys) {
        ApiKeys store = keys.getIfUnique();
        if (store == null) {
            throw new InvalidSettingException(
                    "keyward.admin.path is set and there is no store of keys to change, or there are several",
                    "set keyward.store to file or jdbc, create one bean of ApiKeys, or remove keyward.admin.path");
        }
        return ApiKeyAdminServlet.of(store);
    }

    @Bean
    ServletRegistrationBean<ApiKeyAdminServlet> apiKeyAdminRegistration(
            ApiKeyAdminServlet servlet, KeywardProperties settings) {
        ServletRegistrationBean<ApiKeyAdminServlet> registration =
                new ServletRegistrationBean<>(servlet, path(settings) + "/*");
        registration.setName("keywardAdmin");
        registration.setLoadOnStartup(1);
        return registration;
    }

    private static String path(KeywardProperties settings) {
        String path = settings.admin() == null ? null : settings.admin().path();
        if (path == null || !path.startsWith("/") || path.endsWith("/") || path.contains("*")) {
            throw new InvalidSettingException(
                    "keyward.admin.path is no path of a servlet: it must begin with a slash, end without a slash, and have no *",
                    "set it to a path such as /v1/admin");
        }
        return path;
    }

    /** Refuses {@code keyward.admin.path} without its jar. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnProperty("keyward.admin.path")
    @ConditionalOnMissingClass("io.keyward.admin.ApiKeyAdminServlet")
    static class Missing {
        Missing() {
            throw new InvalidSettingException(
                    "keyward.admin.path needs keyward-admin, which is not on the class path",
                    "add io.keyward:keyward-admin, or remove keyward.admin.path");
        }
    }
}
