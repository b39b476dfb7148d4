package android.security.net.config;

/**
 * Stands in for the framework's class of this name, which reads a folder of the device.
 *
 * <p>It has the CAs that the user has installed, as a test says.
 */
public final class UserCertificateSource extends HeldCertificates {
  private static final UserCertificateSource INSTANCE = new UserCertificateSource();

  private UserCertificateSource() {}

  public static UserCertificateSource getInstance() {
    return INSTANCE;
  }
}
