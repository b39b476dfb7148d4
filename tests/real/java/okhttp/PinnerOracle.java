import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.reflect.Field;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.charset.StandardCharsets;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.SSLPeerUnverifiedException;
import okhttp3.CertificatePinner;

/**
 * Asks OkHttp's CertificatePinner what it makes of certificate chains.
 *
 * <p>Standard input, big-endian: the table of certificates (a count, then byte strings), then the
 * questions (a count, then each). A byte string is its length and its bytes; a string is UTF-8. A
 * question is the name of a class with a ready pinner (empty: build one from the entries), the
 * entries (a count, then each: pattern, count of pins, pins), the host, and the chain (a count,
 * then numbers of certificates in the table). Standard output: one line per question.
 */
public final class PinnerOracle {
  private PinnerOracle() {}

  public static void main(String[] arguments) throws IOException, CertificateException {
    PrintStream answers = System.out;
    System.setOut(System.err); // what a class under test prints is no answer
    DataInputStream in = new DataInputStream(new BufferedInputStream(System.in));
    CertificateFactory factory = CertificateFactory.getInstance("X.509");
    List<Certificate> certificates = new ArrayList<>();
    for (int left = in.readInt(); left > 0; left--) {
      certificates.add(factory.generateCertificate(new ByteArrayInputStream(bytes(in))));
    }
    for (int left = in.readInt(); left > 0; left--) {
      answers.println(answer(in, certificates));
    }
    answers.flush();
  }

  private static String answer(DataInputStream in, List<Certificate> certificates)
      throws IOException {
    String className = string(in);
    List<String> patterns = new ArrayList<>();
    List<String[]> pins = new ArrayList<>();
    for (int left = in.readInt(); left > 0; left--) {
      patterns.add(string(in));
      String[] ofPattern = new String[in.readInt()];
      for (int i = 0; i < ofPattern.length; i++) {
        ofPattern[i] = string(in);
      }
      pins.add(ofPattern);
    }
    String host = string(in);
    List<Certificate> chain = new ArrayList<>();
    for (int left = in.readInt(); left > 0; left--) {
      chain.add(certificates.get(in.readInt()));
    }
    // The whole question has been read: from here on an answer may be given early.
    try {
      CertificatePinner pinner = className.isEmpty() ? built(patterns, pins) : ready(className);
      pinner.check(host, chain);
      return "accept";
    } catch (SSLPeerUnverifiedException refusal) {
      return "refuse";
    } catch (Harness misuse) {
      return "misuse:" + misuse.getMessage();
    } catch (Throwable thrown) {
      return "throws:" + thrown.getClass().getSimpleName();
    }
  }

  static CertificatePinner built(List<String> patterns, List<String[]> pins) {
    CertificatePinner.Builder builder = new CertificatePinner.Builder();
    for (int i = 0; i < patterns.size(); i++) {
      builder.add(patterns.get(i), pins.get(i));
    }
    return builder.build();
  }

  /** The pinner of a compiled class; what its initialiser throws, unwrapped. */
  static CertificatePinner ready(String className) throws Throwable {
    Object found;
    try {
      Class<?> type = Class.forName(className, false, PinnerOracle.class.getClassLoader());
      Field field = publicStaticField(type);
      if (field != null) {
        found = field.get(null);
      } else {
        Method method = type.getMethod("certificatePinner");
        if (!Modifier.isStatic(method.getModifiers())) {
          throw new Harness(className + ".certificatePinner() is not static");
        }
        found = method.invoke(null);
      }
    } catch (ClassNotFoundException | NoSuchMethodException | IllegalAccessException absent) {
      throw new Harness(absent.toString().replace('\n', ' '));
    } catch (InvocationTargetException | ExceptionInInitializerError wrapped) {
      Throwable cause = wrapped.getCause();
      while (cause instanceof ExceptionInInitializerError && cause.getCause() != null) {
        cause = cause.getCause();
      }
      throw cause == null ? wrapped : cause;
    }
    if (!(found instanceof CertificatePinner)) {
      throw new Harness(className + ".certificatePinner is no CertificatePinner: " + found);
    }
    return (CertificatePinner) found;
  }

  private static Field publicStaticField(Class<?> type) {
    try {
      Field field = type.getField("certificatePinner");
      return Modifier.isStatic(field.getModifiers()) ? field : null;
    } catch (NoSuchFieldException absent) {
      return null;
    }
  }

  static byte[] bytes(DataInputStream in) throws IOException {
    byte[] value = new byte[in.readInt()];
    in.readFully(value);
    return value;
  }

  static String string(DataInputStream in) throws IOException {
    return new String(bytes(in), StandardCharsets.UTF_8);
  }

  /** The question itself is wrong, which is nobody's verdict. */
  private static final class Harness extends Exception {
    private static final long serialVersionUID = 1L;

    Harness(String message) {
      super(message);
    }
  }
}
