package org.conscrypt;

import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.List;

public interface CertPinManager {
    void checkChainPinning(String hostname, List<X509Certificate> chain) throws CertificateException;
}
