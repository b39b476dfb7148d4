package com.wultra.android.sslpinning;

import java.net.URL;

public class CertStoreConfiguration {
    public static class Builder {
        public Builder(URL service, byte[] publicKey) {}

        public CertStoreConfiguration build() {
            return new CertStoreConfiguration();
        }
    }
}
