import android.content.Context;
import android.content.ContextWrapper;
import android.content.pm.ApplicationInfo;
import android.content.res.Resources;
import android.content.res.XmlResourceParser;
import android.security.net.config.ApplicationConfig;
import android.security.net.config.NetworkSecurityConfig;
import android.security.net.config.Pin;
import android.security.net.config.XmlConfigSource;
import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.lang.reflect.Constructor;
import java.lang.reflect.Field;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.TimeZone;

/**
 * Asks Android's own parser what it makes of compiled network security configurations.
 *
 * <p>Standard input, big-endian: a count of documents, then each: the app's target SDK, whether it
 * is debuggable (0 or 1), the time zone of the device, its binary XML, a count of hosts, the hosts.
 * A byte string is its length
 * and its bytes; a string is UTF-8. Standard output, per document: {@code error <message>}, or
 * {@code hosts} and one line per host, {@code config <cleartext> <expiration> <anchors> <pin>*}, or
 * {@code error <message>} for a host which is refused. Messages and pins are in base64; {@code
 * never} stands for no expiration; anchors are the class names of their sources, in the order in
 * which they are asked, with a {@code !} where they override pins, and {@code -} for none at all.
 * The parser admits no algorithm but SHA-256, so none is told.
 */
public final class NscOracle {
  private NscOracle() {}

  public static void main(String[] arguments) throws IOException {
    PrintStream answers = System.out;
    System.setOut(System.err);
    DataInputStream in = new DataInputStream(new BufferedInputStream(System.in));
    for (int left = in.readInt(); left > 0; left--) {
      ApplicationInfo app = new ApplicationInfo();
      app.targetSdkVersion = in.readInt();
      app.flags = in.readInt() == 0 ? 0 : ApplicationInfo.FLAG_DEBUGGABLE;
      TimeZone.setDefault(TimeZone.getTimeZone(string(in)));
      byte[] document = bytes(in);
      List<String> hosts = new ArrayList<>();
      for (int more = in.readInt(); more > 0; more--) {
        hosts.add(string(in));
      }
      answer(document, hosts, app, answers);
    }
    answers.flush();
  }

  private static void answer(
      byte[] document, List<String> hosts, ApplicationInfo app, PrintStream answers) {
    ApplicationConfig config = new ApplicationConfig(source(new OneFileContext(document), app));
    try {
      config.hasPerDomainConfigs(); // the first use of any kind reads the document
    } catch (RuntimeException thrown) {
      answers.println("error " + reason(thrown));
      return;
    }
    answers.println("hosts");
    for (String host : hosts) {
      try {
        answers.println(described(config.getConfigForHostname(host)));
      } catch (RuntimeException thrown) {
        answers.println("error " + reason(thrown));
      }
    }
  }

  /** Of Android 9 and newer, or of the first with such files, which is told of the app what counts. */
  static XmlConfigSource source(Context context, ApplicationInfo app) {
    try {
      for (Constructor<?> constructor : XmlConfigSource.class.getConstructors()) {
        List<Class<?>> taken = Arrays.asList(constructor.getParameterTypes());
        if (taken.equals(Arrays.asList(Context.class, int.class, ApplicationInfo.class))) {
          return (XmlConfigSource) constructor.newInstance(context, 1, app);
        }
        if (taken.equals(Arrays.asList(Context.class, int.class, boolean.class, int.class))) {
          boolean debuggable = (app.flags & ApplicationInfo.FLAG_DEBUGGABLE) != 0;
          return (XmlConfigSource)
              constructor.newInstance(context, 1, debuggable, app.targetSdkVersion);
        }
      }
    } catch (ReflectiveOperationException failure) {
      throw new AssertionError(failure);
    }
    throw new AssertionError("no known constructor of XmlConfigSource");
  }

  private static String described(NetworkSecurityConfig config) {
    long expiration = config.getPins().expirationTime;
    StringBuilder line = new StringBuilder("config ");
    line.append(config.isCleartextTrafficPermitted()).append(' ');
    line.append(expiration == Long.MAX_VALUE ? "never" : Long.toString(expiration));
    line.append(' ').append(anchors(config));
    for (Pin pin : config.getPins().pins) {
      line.append(' ').append(Base64.getEncoder().encodeToString(pin.digest));
    }
    return line.toString();
  }

  /** What chains may end in; the platform has no getter for it. */
  private static String anchors(NetworkSecurityConfig config) {
    StringBuilder found = new StringBuilder();
    for (Object entry : (List<?>) field(config, "mCertificatesEntryRefs")) {
      found.append(found.length() == 0 ? "" : ",");
      found.append(field(entry, "mSource").getClass().getSimpleName());
      found.append((Boolean) field(entry, "mOverridesPins") ? "!" : "");
    }
    return found.length() == 0 ? "-" : found.toString();
  }

  static Object field(Object owner, String name) {
    try {
      Field field = owner.getClass().getDeclaredField(name);
      field.setAccessible(true);
      return field.get(owner);
    } catch (ReflectiveOperationException missing) {
      throw new AssertionError(missing);
    }
  }

  /** What the parser said, without the wrapper which only names the resource. */
  private static String reason(RuntimeException thrown) {
    Throwable cause = thrown.getCause() == null ? thrown : thrown.getCause();
    String message = cause.getClass().getSimpleName() + ": " + cause.getMessage();
    return Base64.getEncoder().encodeToString(message.getBytes(StandardCharsets.UTF_8));
  }

  static byte[] bytes(DataInputStream in) throws IOException {
    byte[] value = new byte[in.readInt()];
    in.readFully(value);
    return value;
  }

  static String string(DataInputStream in) throws IOException {
    return new String(bytes(in), StandardCharsets.UTF_8);
  }

  /** An app whose only resource is the document, or a certificate. */
  static final class OneFileContext extends ContextWrapper {
    private final Resources resources;

    OneFileContext(byte[] document) {
      this(document, new byte[0]);
    }

    OneFileContext(byte[] document, byte[] certificate) {
      super((Context) null);
      resources = new OneFileResources(document, certificate);
    }

    @Override
    public Resources getResources() {
      return resources;
    }
  }

  private static final class OneFileResources extends Resources {
    private final byte[] document;
    private final byte[] certificate;

    OneFileResources(byte[] document, byte[] certificate) {
      super(NscOracle.class.getClassLoader());
      this.document = document;
      this.certificate = certificate;
    }

    @Override
    public InputStream openRawResource(int id) {
      return new ByteArrayInputStream(certificate);
    }

    @Override
    public XmlResourceParser getXml(int id) {
      return BinaryXml.open(document);
    }

    @Override
    public String getResourceEntryName(int id) {
      return "network_security_config";
    }

    @Override
    public String getResourcePackageName(int id) {
      return "pincompiler.tests";
    }

    @Override
    public int getIdentifier(String name, String type, String packageName) {
      return 0; // no other resource, so no …_debug either
    }
  }
}
