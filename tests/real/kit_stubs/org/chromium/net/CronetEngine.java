package org.chromium.net;

import android.content.Context;
import java.util.Date;
import java.util.Set;

/** Stands for Cronet's API. */
public abstract class CronetEngine {
    public static class Builder {
        public Builder(Context context) {}

        public Builder addPublicKeyPins(String host, Set<byte[]> pins, boolean includeSubdomains, Date expiration) {
            return this;
        }

        public Builder enablePublicKeyPinningBypassForLocalTrustAnchors(boolean value) {
            return this;
        }

        public Builder enableHttp2(boolean value) {
            return this;
        }

        public CronetEngine build() {
            return null;
        }
    }
}
