package io.netty.handler.ssl.util;

public final class FingerprintTrustManagerFactoryBuilder {
    FingerprintTrustManagerFactoryBuilder(String algorithm) {}

    public FingerprintTrustManagerFactoryBuilder fingerprints(CharSequence... fingerprints) {
        return this;
    }

    public FingerprintTrustManagerFactory build() {
        return new FingerprintTrustManagerFactory();
    }
}
