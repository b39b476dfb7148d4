import android.content.res.XmlResourceParser;
import android.util.TypedValue;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import org.xmlpull.v1.XmlPullParser;
import org.xmlpull.v1.XmlPullParserException;

/**
 * Reads the binary XML which aapt2 writes, as Android's own (native) reader would.
 *
 * <p>Only the calls which the parser of a network security configuration makes are answered; any
 * other is an error, never a guess.
 */
final class BinaryXml implements InvocationHandler {
  private static final int STRING_POOL = 0x0001;
  private static final int DOCUMENT = 0x0003;
  private static final int START_ELEMENT = 0x0102;
  private static final int END_ELEMENT = 0x0103;
  private static final int TEXT = 0x0104;
  private static final int UTF_8_POOL = 0x0100;

  private final ByteBuffer data;
  private final List<Event> events = new ArrayList<>();
  private String[] pool = new String[0];
  private int position;

  private BinaryXml(byte[] document) {
    data = ByteBuffer.wrap(document).order(ByteOrder.LITTLE_ENDIAN);
    read();
  }

  /** A fresh parser which stands before the start of the document. */
  static XmlResourceParser open(byte[] document) {
    return (XmlResourceParser)
        Proxy.newProxyInstance(
            BinaryXml.class.getClassLoader(),
            new Class<?>[] {XmlResourceParser.class},
            new BinaryXml(document));
  }

  private void read() {
    if (half(0) != DOCUMENT) {
      throw new IllegalArgumentException("not binary XML: type " + half(0));
    }
    events.add(new Event(XmlPullParser.START_DOCUMENT, 0, 0, null, null, Collections.emptyList()));
    int depth = 0;
    int end = data.getInt(4);
    for (int chunk = half(2); chunk < end; chunk += data.getInt(chunk + 4)) {
      int line = data.getInt(chunk + 8);
      int body = chunk + half(chunk + 2);
      switch (half(chunk)) {
        case STRING_POOL:
          readPool(chunk);
          break;
        case START_ELEMENT:
          depth++;
          events.add(
              new Event(
                  XmlPullParser.START_TAG,
                  depth,
                  line,
                  text(data.getInt(body + 4)),
                  null,
                  attributes(body)));
          break;
        case END_ELEMENT:
          events.add(
              new Event(
                  XmlPullParser.END_TAG,
                  depth,
                  line,
                  text(data.getInt(body + 4)),
                  null,
                  Collections.emptyList()));
          depth--;
          break;
        case TEXT:
          events.add(
              new Event(
                  XmlPullParser.TEXT,
                  depth,
                  line,
                  null,
                  text(data.getInt(body)),
                  Collections.emptyList()));
          break;
        default: // namespaces and the map of resource numbers give no event
          break;
      }
    }
    events.add(new Event(XmlPullParser.END_DOCUMENT, 0, 0, null, null, Collections.emptyList()));
  }

  private List<Attribute> attributes(int body) {
    int first = body + half(body + 8);
    int size = half(body + 10);
    int count = half(body + 12);
    List<Attribute> found = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      int at = first + i * size;
      found.add(
          new Attribute(
              text(data.getInt(at)),
              text(data.getInt(at + 4)),
              text(data.getInt(at + 8)),
              data.get(at + 15) & 0xff,
              data.getInt(at + 16)));
    }
    return found;
  }

  private void readPool(int chunk) {
    pool = new String[data.getInt(chunk + 8)];
    boolean utf8 = (data.getInt(chunk + 16) & UTF_8_POOL) != 0;
    int strings = chunk + data.getInt(chunk + 20);
    int offsets = chunk + half(chunk + 2);
    for (int i = 0; i < pool.length; i++) {
      pool[i] = pooled(strings + data.getInt(offsets + 4 * i), utf8);
    }
  }

  /** A string of the pool: its length in one or two units, then as many units. */
  private String pooled(int start, boolean utf8) {
    int at = start;
    if (utf8) {
      at += data.get(at) < 0 ? 2 : 1; // the length in characters, which nobody needs
      int length = data.get(at) & 0xff;
      if (length > 0x7f) {
        length = (length & 0x7f) << 8 | data.get(at + 1) & 0xff;
        at++;
      }
      return decoded(at + 1, length, StandardCharsets.UTF_8);
    }
    int length = half(at);
    if (length > 0x7fff) {
      length = (length & 0x7fff) << 16 | half(at + 2);
      at += 2;
    }
    return decoded(at + 2, 2 * length, StandardCharsets.UTF_16LE);
  }

  private String decoded(int at, int length, Charset charset) {
    return new String(data.array(), at, length, charset);
  }

  private int half(int at) {
    return data.getShort(at) & 0xffff;
  }

  private String text(int index) {
    return index < 0 ? null : pool[index];
  }

  @Override
  public Object invoke(Object proxy, Method method, Object[] given) throws XmlPullParserException {
    Event now = events.get(position);
    int count = given == null ? 0 : given.length;
    switch (method.getName()) {
      case "next":
        position = Math.min(position + 1, events.size() - 1);
        return events.get(position).type;
      case "getEventType":
        return now.type;
      case "nextText":
        return textOfElement();
      case "require":
        if (now.type != (Integer) given[0] || !Objects.equals(now.name, given[2])) {
          throw new XmlPullParserException("expected " + given[2] + " and not " + now.name);
        }
        return null;
      case "getDepth":
        return now.depth;
      case "getName":
        return now.name;
      case "getText":
        return now.text;
      case "getLineNumber":
        return now.line;
      case "getPositionDescription":
        return "Binary XML file line #" + now.line;
      case "getAttributeCount":
        return now.attributes.size();
      case "getAttributeName":
        return now.attributes.get((Integer) given[0]).name;
      case "getAttributeValue":
        {
          Attribute found = count == 1 ? at(now, given[0]) : named(now, given[0], given[1]);
          return found == null ? null : found.value();
        }
      case "getAttributeBooleanValue":
        {
          Attribute found = count == 2 ? at(now, given[0]) : named(now, given[0], given[1]);
          return found != null && found.isNumber() ? found.datum != 0 : given[count - 1];
        }
      case "getAttributeResourceValue":
        {
          Attribute found = count == 2 ? at(now, given[0]) : named(now, given[0], given[1]);
          return found != null && found.type == TypedValue.TYPE_REFERENCE
              ? found.datum
              : given[count - 1];
        }
      case "close":
        return null;
      default:
        throw new UnsupportedOperationException(method.toString());
    }
  }

  /** The text of an element that has nothing else, up to and with its end. */
  private String textOfElement() throws XmlPullParserException {
    String text = "";
    if (events.get(++position).type == XmlPullParser.TEXT) {
      text = events.get(position++).text;
    }
    if (events.get(position).type != XmlPullParser.END_TAG) {
      throw new XmlPullParserException("an element with more than text in it");
    }
    return text;
  }

  private static Attribute at(Event event, Object index) {
    return event.attributes.get((Integer) index);
  }

  private static Attribute named(Event event, Object namespace, Object name) {
    for (Attribute attribute : event.attributes) {
      if (attribute.name.equals(name) && Objects.equals(attribute.namespace, namespace)) {
        return attribute;
      }
    }
    return null;
  }

  private static final class Event {
    final int type;
    final int depth;
    final int line;
    final String name;
    final String text;
    final List<Attribute> attributes;

    Event(int type, int depth, int line, String name, String text, List<Attribute> attributes) {
      this.type = type;
      this.depth = depth;
      this.line = line;
      this.name = name;
      this.text = text;
      this.attributes = attributes;
    }
  }

  private static final class Attribute {
    final String namespace;
    final String name;
    final String raw;
    final int type;
    final int datum;

    Attribute(String namespace, String name, String raw, int type, int datum) {
      this.namespace = namespace;
      this.name = name;
      this.raw = raw;
      this.type = type;
      this.datum = datum;
    }

    /** The text as written if it was kept, else what the typed value spells. */
    String value() {
      return raw != null ? raw : TypedValue.coerceToString(type, datum);
    }

    boolean isNumber() {
      return type >= TypedValue.TYPE_FIRST_INT && type <= TypedValue.TYPE_LAST_INT;
    }
  }
}
