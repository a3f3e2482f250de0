package io.keyward.servlet.boot;

import org.springframework.boot.actuate.autoconfigure.web.ManagementContextConfiguration;
import org.springframework.boot.actuate.autoconfigure.web.ManagementContextType;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;

/** The lines of the page, where a test asks for them. */
@ManagementContextConfiguration(ManagementContextType.CHILD)
@ConditionalOnProperty("management-keys")
class ManagementKeysOnDemand extends ManagementKeys {}
