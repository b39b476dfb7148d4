package org.jsoup;

public interface Connection {
    Connection validateTLSCertificates(boolean value);
}
