package android.security.net.config;

import com.android.org.conscrypt.TrustedCertificateIndex;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.Set;

/** A store of CAs of the device; it knows them by Conscrypt's index, as resources of apps do. */
public abstract class HeldCertificates implements CertificateSource {
  private Set<X509Certificate> held = Collections.emptySet();
  private TrustedCertificateIndex index = new TrustedCertificateIndex();

  /** Replace what is in it. */
  public final void hold(Collection<X509Certificate> certificates) {
    held = new HashSet<>(certificates);
    index = new TrustedCertificateIndex();
    for (X509Certificate one : held) {
      index.index(one);
    }
  }

  @Override
  public final Set<X509Certificate> getCertificates() {
    return held;
  }

  @Override
  public final X509Certificate findBySubjectAndPublicKey(X509Certificate certificate) {
    return certificate(index.findBySubjectAndPublicKey(certificate));
  }

  @Override
  public final X509Certificate findByIssuerAndSignature(X509Certificate certificate) {
    return certificate(index.findByIssuerAndSignature(certificate));
  }

  @Override
  public final Set<X509Certificate> findAllByIssuerAndSignature(X509Certificate certificate) {
    Set<X509Certificate> found = new HashSet<>();
    for (TrustAnchor one : index.findAllByIssuerAndSignature(certificate)) {
      found.add(one.getTrustedCert());
    }
    return found;
  }

  @Override
  public final void handleTrustStorageUpdate() {}

  private static X509Certificate certificate(TrustAnchor found) {
    return found == null ? null : found.getTrustedCert();
  }
}
