package org.memlora.topology.vision;

import java.time.Duration;

/**
 * The settings of pictures; PipelineSettings says what they mean.
 *
 * @param keptMaxBytes a larger file is not kept, as its record in the changelog would be larger than an event may be
 */
public record PictureSettings(long storeMaxBytes, Duration expiry, Duration fetchTimeout, int fetchMaxBytes, int redirects, boolean allowLocal,
        int keptMaxBytes) { }
