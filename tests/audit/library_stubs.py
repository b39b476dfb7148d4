"""Stubs of libraries that speak TLS, with the names and signatures of the real ones (``calls.toml`` says which)."""

from __future__ import annotations

import re
from typing import Final

_SOURCES: Final = """
package com.loopj.android.http; public class AsyncHttpClient {
    public AsyncHttpClient() {} public AsyncHttpClient(boolean fix, int plain, int tls) {}
}
package com.loopj.android.http; public class MySSLSocketFactory {
    public MySSLSocketFactory(java.security.KeyStore store) {}
}
package org.jsoup; public interface Connection { Connection validateTLSCertificates(boolean on); Object get(); }
package org.jsoup; public class Jsoup { public static Connection connect(String url) { return null; } }
package io.netty.handler.ssl.util; public final class InsecureTrustManagerFactory {
    public static final InsecureTrustManagerFactory INSTANCE = new InsecureTrustManagerFactory();
}
package okhttp3.tls; public final class HandshakeCertificates { public static final class Builder {
    public Builder addInsecureHost(String host) { return this; }
    public Builder addPlatformTrustedCertificates() { return this; }
} }
package org.apache.commons.net.util; public final class TrustManagerUtils {
    public static javax.net.ssl.X509TrustManager getAcceptAllTrustManager() { return null; }
    public static javax.net.ssl.X509TrustManager getDefaultTrustManager(java.security.KeyStore store) { return null; }
}
package org.apache.commons.net.ftp; public class FTPSClient {
    public FTPSClient(boolean implicit) {}
    public FTPSClient(boolean implicit, javax.net.ssl.SSLContext context) {}
    public void setTrustManager(javax.net.ssl.TrustManager manager) {}
}
package org.apache.commons.net.imap; public class IMAPSClient {
    public void setEndpointCheckingEnabled(boolean on) {}
}
package org.eclipse.paho.client.mqttv3; public class MqttConnectOptions {
    public void setHttpsHostnameVerificationEnabled(boolean on) {}
}
package com.neovisionaries.ws.client; public class WebSocketFactory {
    public WebSocketFactory setVerifyHostname(boolean on) { return this; }
}
package org.java_websocket.client; public abstract class WebSocketClient {
    protected void onSetSSLParameters(javax.net.ssl.SSLParameters given) {
        given.setEndpointIdentificationAlgorithm("HTTPS");
    }
    public void connect() {}
}
package org.jivesoftware.smack.util; public class TLSUtils {
    public static Object acceptAllCertificates(Object builder) { return builder; }
    public static Object disableHostnameVerificationForTlsCertificates(Object builder) { return builder; }
    public static Object setTLSOnly(Object builder) { return builder; }
}
package org.bouncycastle.tls; public interface TlsAuthentication { void notifyServerCertificate(Object certificate); }
package org.apache.commons.mail; public abstract class Email {
    public Email setSSLOnConnect(boolean on) { return this; }
    public Email setSSLCheckServerIdentity(boolean on) { return this; }
}
package org.apache.commons.mail; public class SimpleEmail extends Email {}
package javax.mail; public final class Session {
    public static Session getInstance(java.util.Properties with) { return null; }
}
package io.grpc; public abstract class ManagedChannelBuilder {
    public ManagedChannelBuilder usePlaintext() { return this; }
    public ManagedChannelBuilder useTransportSecurity() { return this; }
}
package io.grpc.okhttp; public class OkHttpChannelBuilder extends io.grpc.ManagedChannelBuilder {
    public OkHttpChannelBuilder usePlaintext() { return this; }
}
package io.ktor.network.tls; public final class TLSConfigBuilder { public final void setServerName(String name) {} }
package com.rabbitmq.client; public class ConnectionFactory {
    public void useSslProtocol() {} public void useSslProtocol(String name) {}
    public void useSslProtocol(javax.net.ssl.SSLContext context) {} public void enableHostnameVerification() {}
}
package org.thoughtcrime.ssl.pinning.util; public class PinningHelper {
    public static java.net.URLConnection getPinnedHttpsURLConnection(
        android.content.Context context, String[] pins, java.net.URL url) { return null; }
}
package eu.geekplace.javapinning; public class JavaPinning {
    public static javax.net.ssl.SSLContext forPins(String... pins) { return null; }
}
package com.worklight.wlclient.api; public class WLClient {
    public void pinTrustedCertificatePublicKey(String file) {} public void pinTrustedCertificatePublicKey(String[] files) {}
}
package com.couchbase.lite; public class ReplicatorConfiguration {
    public ReplicatorConfiguration setPinnedServerCertificate(byte[] certificate) { return this; }
}
package cloud.trustpin.kotlin.sdk; public class TrustPin {
    public void setup(String organization, String project, String key) {}
}
package com.commonsware.cwac.netsecurity; public class TrustManagerBuilder {
    public TrustManagerBuilder withConfig(android.content.Context context, int configuration) { return this; }
}
"""
_NAME: Final = re.compile(r"(?:class|interface) (\w+)")
_TEXTS: Final = re.split(r"^(?=package )", _SOURCES.strip(), flags=re.MULTILINE)[1:]
_PACKAGES: Final = sorted(set(re.findall(r"^package ([\w.]+);", _SOURCES, re.MULTILINE)))
STUBS: Final = {f"{_NAME.findall(text)[0]}.java": text for text in _TEXTS}
KEEP: Final = "".join(f"-keep class {name}.** {{ *; }}\n" for name in _PACKAGES)
"""So that R8 leaves them their names, as rules of many libraries have it."""
