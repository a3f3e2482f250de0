package io.keyward.benchmarks;

import java.util.Map;
import java.util.function.UnaryOperator;
import org.apache.shiro.authc.AuthenticationException;
import org.apache.shiro.authc.AuthenticationInfo;
import org.apache.shiro.authc.AuthenticationToken;
import org.apache.shiro.authc.BearerToken;
import org.apache.shiro.authc.SimpleAuthenticationInfo;
import org.apache.shiro.authc.UnknownAccountException;
import org.apache.shiro.mgt.DefaultSecurityManager;
import org.apache.shiro.realm.AuthenticatingRealm;

/** Asks Shiro's security manager, with a realm for bearer tokens behind it. */
final class ShiroCheck implements KeyCheck {
    private final DefaultSecurityManager manager;

    ShiroCheck(Map<String, String> idsByHash, UnaryOperator<String> hash) {
        manager = new DefaultSecurityManager(new KeyRealm(idsByHash, hash));
    }

    @Override
    public boolean accepts(String presented) {
        try {
            manager.authenticate(new BearerToken(presented));
            return true;
        } catch (AuthenticationException refused) {
            return false; // the way in which Shiro says no
        }
    }

    private static final class KeyRealm extends AuthenticatingRealm {
        private final Map<String, String> idsByHash;
        private final UnaryOperator<String> hash;

        KeyRealm(Map<String, String> idsByHash, UnaryOperator<String> hash) {
            this.idsByHash = idsByHash;
            this.hash = hash;
            setAuthenticationTokenClass(BearerToken.class);
            setAuthenticationCachingEnabled(false);
        }

        @Override
        protected AuthenticationInfo doGetAuthenticationInfo(AuthenticationToken token) {
            String id = idsByHash.get(hash.apply(((BearerToken) token).getToken()));
            if (id == null) {
                throw new UnknownAccountException();
            }
            return new SimpleAuthenticationInfo(id, token.getCredentials(), getName());
        }
    }
}
