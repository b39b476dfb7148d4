import com.android.tools.r8.ArchiveClassFileProvider;
import com.android.tools.r8.CompilationMode;
import com.android.tools.r8.DexIndexedConsumer;
import com.android.tools.r8.OutputMode;
import com.android.tools.r8.ProgramResource;
import com.android.tools.r8.ProgramResourceProvider;
import com.android.tools.r8.R8;
import com.android.tools.r8.R8Command;
import com.android.tools.r8.origin.PathOrigin;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Shrinks many small apps with the libraries they share in one run of R8, each app as a feature.
 *
 * <p>R8 merges and moves nothing between features, since a phone may have any of them without the others: no app
 * changes what another becomes.  The libraries are the base.
 *
 * <p>Arguments: the jars of the libraries, the library classes, least API level, compat or full, a file of rules,
 * the folder for the base, the root of all classes, and pairs of a feature's folder below it and of the folder it
 * lands in.
 */
public final class Features {
    private Features() {}

    public static void main(String[] given) throws Exception {
        R8Command.Builder builder = R8Command.builder();
        builder.addProgramFiles(paths(given[0]));
        for (Path library : paths(given[1])) {
            builder.addLibraryResourceProvider(new ArchiveClassFileProvider(library));
        }
        builder.setMinApiLevel(Integer.parseInt(given[2]));
        builder.setMode(CompilationMode.RELEASE);
        builder.setProguardCompatibility(given[3].equals("compat"));
        builder.addProguardConfigurationFiles(Paths.get(given[4]));
        builder.setOutput(Paths.get(given[5]), OutputMode.DexIndexed);
        Path root = Paths.get(given[6]);
        for (int at = 7; at < given.length; at += 2) {
            List<ProgramResource> classes = classes(root, Paths.get(given[at]));
            ProgramResourceProvider provider = () -> classes;
            Path out = Paths.get(given[at + 1]);
            builder.addFeatureSplit(
                    split ->
                            split.addProgramResourceProvider(provider)
                                    .setProgramConsumer(new DexIndexedConsumer.DirectoryConsumer(out))
                                    .build());
        }
        R8.run(builder.build());
    }

    private static List<ProgramResource> classes(Path root, Path folder) throws IOException {
        List<Path> files;
        try (Stream<Path> all = Files.walk(folder)) {
            files = all.filter(one -> one.toString().endsWith(".class")).sorted().collect(Collectors.toList());
        }
        List<ProgramResource> found = new ArrayList<>();
        for (Path file : files) {
            String name = root.relativize(file).toString().replace(File.separatorChar, '/');
            Set<String> descriptor = Collections.singleton("L" + name.substring(0, name.length() - ".class".length()) + ";");
            byte[] data = Files.readAllBytes(file);
            found.add(ProgramResource.fromBytes(new PathOrigin(file), ProgramResource.Kind.CF, data, descriptor));
        }
        return found;
    }

    private static List<Path> paths(String joined) {
        return Arrays.stream(joined.split(File.pathSeparator)).map(Paths::get).collect(Collectors.toList());
    }
}
