import com.android.tools.r8.ArchiveClassFileProvider;
import com.android.tools.r8.BaseCommand;
import com.android.tools.r8.ClassFileResourceProvider;
import com.android.tools.r8.CompilationMode;
import com.android.tools.r8.D8;
import com.android.tools.r8.D8Command;
import com.android.tools.r8.Diagnostic;
import com.android.tools.r8.DiagnosticsHandler;
import com.android.tools.r8.JdkClassFileProvider;
import com.android.tools.r8.OutputMode;
import com.android.tools.r8.R8;
import com.android.tools.r8.R8Command;
import com.android.tools.r8.origin.Origin;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.File;
import java.io.IOException;
import java.io.PrintStream;
import java.io.StringWriter;
import java.lang.reflect.Constructor;
import java.lang.reflect.Executable;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.lang.model.SourceVersion;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/**
 * Compiles many small apps in one JVM, which is warm after the first.
 *
 * <p>A job on standard input is an int and so many strings, the first of which names it; the answer is
 * 1 or 0, for done and refused, and what the tool said.  A string is an int, its length in bytes, and
 * its UTF-8.  Lists of paths are joined as class paths are.
 */
public final class Workshop {
    private static final JavaCompiler JAVAC = ToolProvider.getSystemJavaCompiler();
    private static final StandardJavaFileManager FILES =
            JAVAC.getStandardFileManager(null, null, StandardCharsets.UTF_8);
    private static final Map<String, ClassLoader> LOADERS = new HashMap<>();
    private static final Map<Path, ClassFileResourceProvider> ARCHIVES = new HashMap<>();

    private Workshop() {}

    /** Refused, with the words of the tool. */
    private static final class Refused extends Exception {
        private static final long serialVersionUID = 1L;

        Refused(String words) {
            super(words);
        }
    }

    public static void main(String[] arguments) throws IOException {
        DataInputStream in = new DataInputStream(new BufferedInputStream(System.in));
        DataOutputStream out = new DataOutputStream(System.out);
        // Whatever a tool prints must not get between the answers.
        System.setOut(System.err);
        while (true) {
            List<String> job;
            try {
                job = read(in);
            } catch (EOFException end) {
                return;
            }
            boolean done = true;
            String said;
            try {
                said = run(job.get(0), job.subList(1, job.size()));
            } catch (Refused refused) {
                done = false;
                said = refused.getMessage();
            } catch (Throwable failure) {
                done = false;
                said = stack(failure);
            }
            byte[] text = said.getBytes(StandardCharsets.UTF_8);
            out.writeByte(done ? 1 : 0);
            out.writeInt(text.length);
            out.write(text);
            out.flush();
        }
    }

    private static List<String> read(DataInputStream in) throws IOException {
        int count = in.readInt();
        List<String> job = new ArrayList<>();
        for (int index = 0; index < count; index++) {
            byte[] text = new byte[in.readInt()];
            in.readFully(text);
            job.add(new String(text, StandardCharsets.UTF_8));
        }
        return job;
    }

    private static String stack(Throwable failure) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        failure.printStackTrace(new PrintStream(bytes, true));
        return bytes.toString();
    }

    private static String run(String name, List<String> given) throws Throwable {
        switch (name) {
            case "home":
                return System.getProperty("java.home");
            case "javac":
                return javac(given.get(0), given.get(1), given.get(2), given.subList(3, given.size()));
            case "kotlinc":
                return kotlinc(given.get(0), given.subList(1, given.size()));
            case "d8":
                return d8(given);
            case "r8":
                return r8(given);
            case "smali":
                return smali(given.get(0), given.get(1), given.get(2));
            case "entries":
                return entries(Paths.get(given.get(0)), given.get(1));
            default:
                throw new Refused("no job is called " + name);
        }
    }

    // -- javac and kotlinc ------------------------------------------------------------------------

    private static String javac(String more, String classpath, String out, List<String> sources)
            throws Refused {
        StringWriter words = new StringWriter();
        List<String> options =
                new ArrayList<>(
                        Arrays.asList("--release", "8", "-g", "-Xlint:-options", "-cp", classpath, "-d", out));
        options.addAll(Arrays.asList(more.split(" ")));
        // Shared, so that the jars of the class path are opened once.
        boolean good =
                JAVAC.getTask(words, FILES, null, options, null, FILES.getJavaFileObjectsFromStrings(sources))
                        .call();
        if (!good) {
            throw new Refused(words.toString());
        }
        return words.toString();
    }

    /** Of a tool that must not see the classes of the others. */
    private static ClassLoader loader(String jars) throws IOException {
        ClassLoader loader = LOADERS.get(jars);
        if (loader == null) {
            loader = new URLClassLoader(urls(jars), ClassLoader.getPlatformClassLoader());
            LOADERS.put(jars, loader);
        }
        return loader;
    }

    /** The assembler's jars, a folder of sources, the DEX file. */
    private static String smali(String jars, String folder, String out) throws Throwable {
        ClassLoader loader = loader(jars);
        Class<?> type = loader.loadClass("org.jf.smali.SmaliOptions");
        Object options = type.getConstructor().newInstance();
        type.getField("apiLevel").setInt(options, 26);
        // Several threads end in any order, and a folder lists its files in any: the bytes are to be the same.
        type.getField("jobs").setInt(options, 1);
        String[] names = new java.io.File(folder).list();
        java.util.Arrays.sort(names);
        List<String> files = new java.util.ArrayList<>();
        for (String name : names) {
            files.add(folder + "/" + name);
        }
        type.getField("outputDexFile").set(options, out);
        ByteArrayOutputStream words = new ByteArrayOutputStream();
        PrintStream usual = System.err;
        System.setErr(new PrintStream(words, true));
        try {
            Object good =
                    loader.loadClass("org.jf.smali.Smali")
                            .getMethod("assemble", type, List.class)
                            .invoke(null, options, files);
            if (!good.equals(true)) {
                throw new Refused(words.toString());
            }
        } finally {
            System.setErr(usual);
        }
        return words.toString();
    }

    private static String kotlinc(String jars, List<String> arguments) throws Throwable {
        ClassLoader loader = loader(jars);
        Class<?> compiler = loader.loadClass("org.jetbrains.kotlin.cli.jvm.K2JVMCompiler");
        ByteArrayOutputStream words = new ByteArrayOutputStream();
        Thread.currentThread().setContextClassLoader(loader);
        Object code =
                compiler.getMethod("exec", PrintStream.class, String[].class)
                        .invoke(
                                compiler.getConstructor().newInstance(),
                                new PrintStream(words, true),
                                arguments.toArray(new String[0]));
        if (!code.toString().equals("OK")) {
            throw new Refused(words.toString());
        }
        return words.toString();
    }

    private static URL[] urls(String paths) throws IOException {
        List<URL> urls = new ArrayList<>();
        for (Path path : paths(paths)) {
            urls.add(path.toUri().toURL());
        }
        return urls.toArray(new URL[0]);
    }

    private static List<Path> paths(String joined) {
        return Arrays.stream(joined.split(File.pathSeparator))
                .filter(one -> !one.isEmpty())
                .map(Paths::get)
                .collect(Collectors.toList());
    }

    // -- D8 and R8 --------------------------------------------------------------------------------

    /** Keeps what is said, and what is wrong. */
    private static final class Told implements DiagnosticsHandler {
        final StringBuilder words = new StringBuilder();

        @Override
        public synchronized void error(Diagnostic error) {
            words.append("error: ").append(error.getDiagnosticMessage()).append('\n');
        }

        @Override
        public synchronized void warning(Diagnostic warning) {
            words.append("warning: ").append(warning.getDiagnosticMessage()).append('\n');
        }

        @Override
        public void info(Diagnostic info) {}
    }

    private static ClassFileResourceProvider archive(Path path) throws IOException {
        ClassFileResourceProvider provider = ARCHIVES.get(path);
        if (provider == null) {
            provider = new ArchiveClassFileProvider(path);
            ARCHIVES.put(path, provider);
        }
        return provider;
    }

    private static <C extends BaseCommand, B extends BaseCommand.Builder<C, B>> void inputs(
            B builder, String program, String library) throws IOException {
        for (Path path : paths(program)) {
            if (Files.isDirectory(path)) {
                try (Stream<Path> all = Files.walk(path)) {
                    builder.addProgramFiles(
                            all.filter(one -> one.toString().endsWith(".class"))
                                    .sorted()
                                    .collect(Collectors.toList()));
                }
            } else {
                builder.addProgramFiles(path);
            }
        }
        for (Path path : paths(library)) {
            builder.addLibraryResourceProvider(archive(path));
        }
    }

    /** Program, class path, library, least API level, folder for the DEX files, release or debug. */
    private static String d8(List<String> given) throws Throwable {
        Told told = new Told();
        D8Command.Builder builder = D8Command.builder(told);
        inputs(builder, given.get(0), given.get(2));
        builder.addLibraryResourceProvider(JdkClassFileProvider.fromSystemJdk());
        for (Path path : paths(given.get(1))) {
            builder.addClasspathResourceProvider(archive(path));
        }
        builder.setMinApiLevel(Integer.parseInt(given.get(3)));
        builder.setMode(given.get(5).equals("release") ? CompilationMode.RELEASE : CompilationMode.DEBUG);
        builder.setOutput(Paths.get(given.get(4)), OutputMode.DexIndexed);
        try {
            D8.run(builder.build());
        } catch (Exception failure) {
            throw new Refused(told.words + failure.toString());
        }
        return told.words.toString();
    }

    /** Program, library, least API level, folder, the text of the rules, compat or full. */
    private static String r8(List<String> given) throws Throwable {
        Told told = new Told();
        R8Command.Builder builder = R8Command.builder(told);
        inputs(builder, given.get(0), given.get(1));
        builder.setMinApiLevel(Integer.parseInt(given.get(2)));
        builder.setMode(CompilationMode.RELEASE);
        Path folder = Paths.get(given.get(3));
        builder.setOutput(folder, OutputMode.DexIndexed);
        builder.setProguardMapOutputPath(folder.resolveSibling("mapping.txt"));
        builder.addProguardConfiguration(
                Arrays.asList(given.get(4).split("\n")), Origin.unknown());
        builder.setProguardCompatibility(given.get(5).equals("compat"));
        try {
            R8.run(builder.build());
        } catch (Exception failure) {
            throw new Refused(told.words + failure.toString());
        }
        return told.words.toString();
    }

    // -- what a program may call ------------------------------------------------------------------

    /**
     * A Java statement for each top-level class of a package, which calls what the class offers: its
     * constructors and methods that take nothing, or the others where there are none of these.
     */
    private static String entries(Path classes, String classpath) throws Throwable {
        List<Path> files;
        try (Stream<Path> all = Files.walk(classes)) {
            files =
                    all.filter(one -> one.toString().endsWith(".class"))
                            .sorted(Comparator.comparing(Path::toString))
                            .collect(Collectors.toList());
        }
        StringBuilder said = new StringBuilder();
        String path = classes + File.pathSeparator + classpath;
        try (URLClassLoader loader = new URLClassLoader(urls(path), ClassLoader.getPlatformClassLoader())) {
            for (Path file : files) {
                String name = classes.relativize(file).toString().replace(File.separatorChar, '.');
                name = name.substring(0, name.length() - ".class".length());
                if (!name.contains("$") && !name.endsWith("package-info")) {
                    said.append(calls(Class.forName(name, false, loader)));
                }
            }
        }
        return said.toString();
    }

    private static String calls(Class<?> type) {
        boolean near = type.getName().startsWith("com.example.app.");
        if (type.isInterface() || type.isSynthetic() || !(near || Modifier.isPublic(type.getModifiers()))) {
            return "";
        }
        String name = type.getCanonicalName();
        List<String> lines = new ArrayList<>();
        String self = null;
        if (!Modifier.isAbstract(type.getModifiers()) && !type.isEnum()) {
            Constructor<?> constructor = easiest(type.getDeclaredConstructors(), near);
            if (constructor != null) {
                lines.add(name + " self = new " + name + arguments(constructor));
                self = "self";
            }
        }
        for (Field field : type.getDeclaredFields()) {
            if (field.getName().equals("INSTANCE") && field.getType() == type) {
                self = name + ".INSTANCE";
            }
        }
        List<Method> methods = new ArrayList<>();
        for (Method method : type.getDeclaredMethods()) {
            if (open(method, near) && !overrides(method) && !method.getName().equals("main")) {
                methods.add(method);
            }
        }
        methods.sort(Comparator.comparing(Method::getName).thenComparing(Method::toString));
        boolean alone = methods.stream().noneMatch(one -> one.getParameterCount() == 0);
        for (Method method : methods) {
            boolean fixed = Modifier.isStatic(method.getModifiers());
            if ((alone || method.getParameterCount() == 0) && (fixed || self != null)) {
                lines.add(used(method, (fixed ? name : self) + "." + method.getName() + arguments(method)));
            }
        }
        if (lines.isEmpty()) {
            return "";
        }
        return "{ " + String.join("; ", lines) + "; }\n";
    }

    /** R8 drops the pinner of a client that is never used, as it should. */
    private static String used(Method method, String call) {
        if (method.getReturnType().getName().equals("okhttp3.OkHttpClient")) {
            return call
                    + ".newCall(new okhttp3.Request.Builder().url(getIntent().getDataString()).build()).execute()";
        }
        return call;
    }

    private static Constructor<?> easiest(Constructor<?>[] constructors, boolean near) {
        return Arrays.stream(constructors)
                .filter(one -> open(one, near))
                .min(Comparator.comparing(Executable::getParameterCount))
                .orElse(null);
    }

    private static boolean open(Executable one, boolean near) {
        int modifiers = one.getModifiers();
        boolean visible = near ? !Modifier.isPrivate(modifiers) : Modifier.isPublic(modifiers);
        boolean named = one instanceof Constructor || SourceVersion.isName(one.getName());
        return visible && named && !one.isSynthetic() && !Modifier.isAbstract(modifiers);
    }

    private static boolean overrides(Method method) {
        return !Modifier.isStatic(method.getModifiers())
                && ancestors(method.getDeclaringClass()).stream()
                        .anyMatch(
                                one ->
                                        Arrays.stream(one.getDeclaredMethods())
                                                .anyMatch(
                                                        other ->
                                                                other.getName().equals(method.getName())
                                                                        && other.getParameterCount()
                                                                                == method.getParameterCount()));
    }

    private static List<Class<?>> ancestors(Class<?> type) {
        List<Class<?>> all = new ArrayList<>();
        for (Class<?> one : type.getInterfaces()) {
            all.add(one);
            all.addAll(ancestors(one));
        }
        if (type.getSuperclass() != null) {
            all.add(type.getSuperclass());
            all.addAll(ancestors(type.getSuperclass()));
        }
        return all.isEmpty() ? Collections.emptyList() : all;
    }

    /** Values that nobody can know beforehand, of the types asked for. */
    private static String arguments(Executable one) {
        return Arrays.stream(one.getParameterTypes())
                .map(Workshop::unknown)
                .collect(Collectors.joining(", ", "(", ")"));
    }

    private static String unknown(Class<?> type) {
        if (type == String.class) {
            return "getIntent().getDataString()";
        }
        if (type.isPrimitive()) {
            return type == boolean.class ? "isFinishing()" : "(" + type.getName() + ") getTaskId()";
        }
        String name = Objects.requireNonNull(type.getCanonicalName());
        if (name.equals("android.content.Context") || name.equals("android.app.Activity")) {
            return "this";
        }
        return "(" + name + ") getLastNonConfigurationInstance()";
    }
}
