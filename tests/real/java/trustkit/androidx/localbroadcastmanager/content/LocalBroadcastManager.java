package androidx.localbroadcastmanager.content;

import android.content.Context;
import android.content.Intent;

/** Stands in for the library's class of this name, for which nobody listens here. */
public final class LocalBroadcastManager {
  private LocalBroadcastManager() {}

  public static LocalBroadcastManager getInstance(Context context) {
    return new LocalBroadcastManager();
  }

  public boolean sendBroadcast(Intent intent) {
    return false;
  }
}
