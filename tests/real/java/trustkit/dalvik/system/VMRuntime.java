package dalvik.system;

/**
 * Stands in for the runtime's class of this name, whose methods are native.
 *
 * <p>The framework asks it, when it looks up what device it runs on, for the width of a pointer.
 */
public final class VMRuntime {
  private VMRuntime() {}

  public static VMRuntime getRuntime() {
    return new VMRuntime();
  }

  public boolean is64Bit() {
    return true;
  }
}
