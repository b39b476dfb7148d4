import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.security.KeyStore;
import java.security.MessageDigest;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.List;
import org.conscrypt.TrustManagerImpl;

/**
 * Asks Conscrypt's TrustManagerImpl, which Android validates chains with, about anchors and chains.
 *
 * <p>Standard input: a count of questions, then each: a count of anchors and their certificates, a
 * count of certificates that a server shows and those. Standard output, one line each: {@code
 * refuse}, or the SHA-256 of each certificate of the path that was built, in hexadecimal.
 */
public final class AnchorOracle {
  private AnchorOracle() {}

  public static void main(String[] arguments) throws Exception {
    PrintStream answers = System.out;
    System.setOut(System.err);
    DataInputStream in = new DataInputStream(new BufferedInputStream(System.in));
    CertificateFactory factory = CertificateFactory.getInstance("X.509");
    for (int left = in.readInt(); left > 0; left--) {
      X509Certificate[] anchors = certificates(in, factory);
      answers.println(answer(anchors, certificates(in, factory)));
    }
    answers.flush();
  }

  private static String answer(X509Certificate[] anchors, X509Certificate[] shown) throws Exception {
    KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
    store.load(null, null);
    for (int number = 0; number < anchors.length; number++) {
      store.setCertificateEntry("anchor-" + number, anchors[number]);
    }
    try {
      List<X509Certificate> path =
          new TrustManagerImpl(store).checkServerTrusted(shown, "ECDHE_ECDSA", "api.example.com");
      StringBuilder line = new StringBuilder();
      for (X509Certificate one : path) {
        byte[] digest = MessageDigest.getInstance("SHA-256").digest(one.getEncoded());
        line.append(line.length() == 0 ? "" : " ");
        for (byte value : digest) {
          line.append(String.format("%02x", value));
        }
      }
      return line.toString();
    } catch (CertificateException refused) {
      return "refuse";
    }
  }

  private static X509Certificate[] certificates(DataInputStream in, CertificateFactory factory)
      throws IOException, CertificateException {
    X509Certificate[] found = new X509Certificate[in.readInt()];
    for (int number = 0; number < found.length; number++) {
      byte[] der = new byte[in.readInt()];
      in.readFully(der);
      found[number] =
          (X509Certificate) factory.generateCertificate(new ByteArrayInputStream(der));
    }
    return found;
  }
}
