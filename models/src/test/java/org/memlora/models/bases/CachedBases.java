package org.memlora.models.bases;

import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;

/** Real bases for tests: from the cache or fetched into it; a base that can't be had is a reported skip. */
public final class CachedBases {

    private CachedBases() { }

    public static Path path(String name) {
        try {
            return BaseResolver.standard(DownloadProgress.none()).resolve(name);
        } catch (BaseUnavailableException e) {
            return Assumptions.abort("base " + name + " can't be had: " + e.getMessage());
        }
    }
}
