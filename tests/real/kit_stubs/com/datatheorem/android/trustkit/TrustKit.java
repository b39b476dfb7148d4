package com.datatheorem.android.trustkit;

import android.content.Context;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.X509TrustManager;

/** Stands for TrustKit-Android 1.1.5 where only calls of it matter. */
public class TrustKit {
    private static TrustKit instance;

    public static TrustKit initializeWithNetworkSecurityConfiguration(Context context) {
        return initializeWithNetworkSecurityConfiguration(context, 0);
    }

    public static TrustKit initializeWithNetworkSecurityConfiguration(Context context, int resource) {
        if (instance != null) {
            throw new IllegalStateException("TrustKit has already been initialized");
        }
        instance = new TrustKit();
        return instance;
    }

    public static TrustKit getInstance() {
        if (instance == null) {
            throw new IllegalStateException("TrustKit has not been initialized");
        }
        return instance;
    }

    public SSLSocketFactory getSSLSocketFactory(String host) {
        return null;
    }

    public X509TrustManager getTrustManager(String host) {
        return null;
    }
}
