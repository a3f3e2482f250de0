package io.keyward.servlet.boot;

import io.keyward.servlet.ApiKeyFilter;
import org.springframework.boot.actuate.autoconfigure.web.ManagementContextConfiguration;
import org.springframework.boot.actuate.autoconfigure.web.ManagementContextType;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;

// snippet: management
@ManagementContextConfiguration(ManagementContextType.CHILD)
class ManagementKeys {
    @Bean
    FilterRegistrationBean<ApiKeyFilter> managementKeys(ApiKeyFilter filter) {
        return new FilterRegistrationBean<>(filter);
    }
}
// end
