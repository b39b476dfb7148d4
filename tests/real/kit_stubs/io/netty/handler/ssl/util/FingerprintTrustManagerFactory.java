package io.netty.handler.ssl.util;

public final class FingerprintTrustManagerFactory {
    public static FingerprintTrustManagerFactoryBuilder builder(String algorithm) {
        return new FingerprintTrustManagerFactoryBuilder(algorithm);
    }

    public FingerprintTrustManagerFactory(String... fingerprints) {}
}
