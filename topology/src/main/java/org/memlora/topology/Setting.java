package org.memlora.topology;

import org.apache.kafka.common.config.ConfigDef;

/** One setting: {@code unit} is "" where there is none. */
public record Setting(String key, ConfigDef.Type type, Object defaultValue, String unit, ConfigDef.Validator validator, String doc) { }
