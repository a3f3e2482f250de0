package io.keyward.spring.boot;

import jakarta.servlet.Filter;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.web.filter.HiddenHttpMethodFilter;

/**
 * Refuses rules that a form can get around, because Spring's filter for hidden methods runs behind the key filter: the
 * rule for POST decides, and the handler of DELETE runs.
 */
final class LateMethods {
    /** What a form sends, and what the filter makes of it. */
    private static final Set<String> OVERRIDDEN = Set.of("POST", "PUT", "PATCH", "DELETE");

    private LateMethods() {}

    /**
     * Refuses such rules.
     *
     * @throws InvalidSettingException if there is one; the message names it
     */
    static void refuse(List<String> rules, ConfigurableListableBeanFactory beans) {
        List<String> named = rules.stream()
                .filter(rule -> OVERRIDDEN.contains(String.valueOf(RuleText.methodOf(rule))))
                .toList();
        if (!named.isEmpty() && hasLateFilter(beans)) {
            throw new InvalidSettingException(
                    "these rules of keyward.rules name a method, but a form can choose another one after they were"
                            + " checked, because there is a HiddenHttpMethodFilter"
                            + " (spring.mvc.hiddenmethod.filter.enabled): " + String.join(", ", named),
                    "write them without a method, or register the HiddenHttpMethodFilter with Ordered.HIGHEST_PRECEDENCE");
        }
    }

    private static boolean hasLateFilter(ConfigurableListableBeanFactory beans) {
        List<Filter> registered = new ArrayList<>();
        boolean late = false;
        for (FilterRegistrationBean<?> each :
                beans.getBeansOfType(FilterRegistrationBean.class, true, false).values()) {
            registered.add(each.getFilter());
            late |= each.getFilter() instanceof HiddenHttpMethodFilter && each.isEnabled() && isLate(each.getOrder());
        }
        return late
                || beans.getBeansOfType(HiddenHttpMethodFilter.class, true, false).values().stream()
                        .anyMatch(filter -> !registered.contains(filter) && isLate(LateCors.orderOf(filter)));
    }

    private static boolean isLate(int order) {
        return !LateCors.isEarly(order);
    }
}
