package android.security.net.config;

/**
 * Stands in for the framework's class of this name, which reads a folder of the device.
 *
 * <p>It has the CAs that come with the device, as a test says.
 */
public final class SystemCertificateSource extends HeldCertificates {
  private static final SystemCertificateSource INSTANCE = new SystemCertificateSource();

  private SystemCertificateSource() {}

  public static SystemCertificateSource getInstance() {
    return INSTANCE;
  }
}
