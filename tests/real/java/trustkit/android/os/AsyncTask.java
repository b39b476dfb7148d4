package android.os;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Stands in for the framework's class of this name, which needs a thread with a native queue.
 *
 * <p>Notes what was to be done in the background and does nothing.
 */
public abstract class AsyncTask<A, B, C> {
  /** The arguments of all tasks. */
  public static final List<Object> NOTED = new ArrayList<>();

  @SafeVarargs
  public final AsyncTask<A, B, C> execute(A... arguments) {
    NOTED.addAll(Arrays.asList(arguments));
    return this;
  }
}
