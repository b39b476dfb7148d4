import android.app.ApplicationPackageManager;
import android.content.Context;
import android.content.ContextWrapper;
import android.content.SharedPreferences;
import android.content.pm.ApplicationInfo;
import android.content.pm.PackageInfo;
import android.content.pm.PackageManager;
import android.content.res.Resources;
import android.content.res.XmlResourceParser;
import java.lang.reflect.Proxy;

/** An app on a device: what TrustKit asks of both, and nothing else. */
final class Device extends ContextWrapper {
  private static final int CONFIGURATION = 0x7f010000;

  private final byte[] document;

  Device(byte[] document) {
    super((Context) null);
    this.document = document;
  }

  @Override
  public String getPackageName() {
    return "pincompiler.tests";
  }

  @Override
  public Context getApplicationContext() {
    return this;
  }

  @Override
  public ApplicationInfo getApplicationInfo() {
    ApplicationInfo app = new ApplicationInfo();
    app.packageName = getPackageName();
    app.networkSecurityConfigRes = CONFIGURATION;
    return app;
  }

  @Override
  public PackageManager getPackageManager() {
    return new ApplicationPackageManager(null, null) {
      @Override
      public PackageInfo getPackageInfo(String name, int flags) {
        return new PackageInfo();
      }
    };
  }

  @Override
  public SharedPreferences getSharedPreferences(String name, int mode) {
    return (SharedPreferences)
        Proxy.newProxyInstance(
            Device.class.getClassLoader(),
            new Class<?>[] {SharedPreferences.class},
            (proxy, method, arguments) -> {
              if (method.getName().equals("getString")) {
                return "the identifier of this installation";
              }
              throw new UnsupportedOperationException(method.toString());
            });
  }

  @Override
  public Resources getResources() {
    return new Resources(Device.class.getClassLoader()) {
      @Override
      public int getIdentifier(String name, String type, String packageName) {
        return name.equals("network_security_config") ? CONFIGURATION : 0;
      }

      @Override
      public XmlResourceParser getXml(int id) {
        return BinaryXml.open(document);
      }
    };
  }
}
