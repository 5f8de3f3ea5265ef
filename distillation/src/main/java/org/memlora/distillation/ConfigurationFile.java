package org.memlora.distillation;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.cfg.MapperBuilder;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.ser.std.ToStringSerializer;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Configurations as YAML, or as JSON where the file's name ends so. */
public final class ConfigurationFile {
    private static final Pattern MISSING = Pattern.compile("Missing creator property '(\\w+)'");

    private ConfigurationFile() { }

    /** @throws IllegalArgumentException with one sentence that names the file and what is wrong in it */
    public static <T> T read(Path file, Class<T> type) {
        boolean json = file.getFileName().toString().endsWith(".json");
        ObjectMapper mapper = json ? builder(JsonMapper.builder()) : builder(YAMLMapper.builder(new YAMLFactory()));
        try {
            return Optional.ofNullable(mapper.readValue(file.toFile(), type))
                    .orElseThrow(() -> new IllegalArgumentException("The configuration " + file + " is empty."));
        } catch (UnrecognizedPropertyException e) {
            throw new IllegalArgumentException("The configuration " + file + " has the unknown setting \"" + e.getPropertyName()
                    + "\", expected one of " + e.getKnownPropertyIds() + ".", e);
        } catch (JsonProcessingException e) {
            Matcher missing = MISSING.matcher(String.valueOf(e.getMessage()));
            if (missing.find()) {
                throw new IllegalArgumentException("The configuration " + file + " has no setting \"" + missing.group(1) + "\" where one is expected"
                        + " (null = none), line " + (e.getLocation() == null ? "unknown" : e.getLocation().getLineNr()) + ".", e);
            }
            Throwable cause = e.getCause() instanceof IllegalArgumentException ? e.getCause() : e;
            throw new IllegalArgumentException("The configuration " + file + " can't be used: "
                    + cause.getMessage().lines().findFirst().orElse("no reason given").replaceFirst("\\.$", "") + ".", e);
        } catch (IOException e) {
            throw new IllegalArgumentException("The configuration " + file + " can't be read (" + e.getClass().getSimpleName() + ").", e);
        }
    }

    /** As YAML that {@link #read} reads back. */
    public static String text(Object configuration) {
        SimpleModule paths = new SimpleModule().addSerializer(Path.class, ToStringSerializer.instance);
        ObjectMapper mapper = YAMLMapper.builder(YAMLFactory.builder().disable(YAMLGenerator.Feature.WRITE_DOC_START_MARKER)
                .enable(YAMLGenerator.Feature.MINIMIZE_QUOTES).build()).addModule(paths).build();
        try {
            return mapper.writeValueAsString(configuration);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a configuration can't be written: " + e.getMessage(), e);
        }
    }

    private static <M extends ObjectMapper, B extends MapperBuilder<M, B>> ObjectMapper builder(B builder) {
        return builder.enable(MapperFeature.ACCEPT_CASE_INSENSITIVE_ENUMS).enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES).build();
    }
}
