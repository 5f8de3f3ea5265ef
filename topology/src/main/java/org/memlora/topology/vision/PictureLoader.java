package org.memlora.topology.vision;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.state.KeyValueStore;
import org.memlora.operators.memory.PictureLink;
import org.memlora.topology.flow.PictureSource;

/**
 * Pictures' files into memory. Fetching belongs to the micro-batch that uses the file: an attempt that is aborted leaves nothing, and the next one
 * fetches again. Threading: may be called by all threads.
 */
public final class PictureLoader {

    /** So many pictures are held in memory at once; who has more of them asks again. */
    public static final int AT_ONCE = 8;

    private final PictureFetcher fetcher;

    public PictureLoader(PictureSettings settings) {
        fetcher = new PictureFetcher(settings);
    }

    /** A picture's file, or why there is none: the reason of a dead letter. */
    public record Loaded(Optional<byte[]> file, Optional<String> refusal) {

        static Loaded of(byte[] file) {
            return new Loaded(Optional.of(file), Optional.empty());
        }

        static Loaded refused(String reason) {
            return new Loaded(Optional.empty(), Optional.of(reason));
        }
    }

    /** At most {@value #AT_ONCE}; results in order. URIs are fetched side by side. */
    public List<Loaded> load(List<PictureSource> sources) {
        if (sources.size() > AT_ONCE) {
            throw new IllegalArgumentException(sources.size() + " pictures, expected at most " + AT_ONCE + " at once");
        }
        List<PictureSource> remote = sources.stream().filter(source -> source.bytes().isEmpty() && source.uri().isPresent()).toList();
        var fetched = fetcher.fetch(remote.stream().map(source -> source.uri().orElseThrow()).toList()).iterator();
        List<Loaded> loaded = new ArrayList<>(sources.size());
        for (PictureSource source : sources) {
            if (source.bytes().isPresent() == source.uri().isPresent()) {
                loaded.add(Loaded.refused(PictureRefusedException.missing(source.uri().isPresent() ? "both" : "neither").getMessage()));
            } else if (source.bytes().isPresent()) {
                loaded.add(Loaded.of(copy(source.bytes().get())));
            } else {
                PictureFetcher.Fetched one = fetched.next();
                loaded.add(one.refusal() == null ? Loaded.of(one.file()) : Loaded.refused(one.refusal().getMessage()));
            }
        }
        return loaded;
    }

    /** Pictures that memories of the banks show, from the store, else from where they were; results in order. */
    public List<Loaded> again(KeyValueStore<Bytes, byte[]> store, List<Shown> pictures) {
        List<Optional<byte[]>> kept = pictures.stream().map(shown -> PictureStore.find(store, shown.bankId, shown.link.hash())).toList();
        List<PictureSource> gone = new ArrayList<>();
        for (int i = 0; i < pictures.size(); i++) {
            if (kept.get(i).isEmpty()) {
                pictures.get(i).link.uri().map(PictureSource::at).ifPresent(gone::add);
            }
        }
        var fetched = load(gone).iterator();
        List<Loaded> loaded = new ArrayList<>(pictures.size());
        for (int i = 0; i < pictures.size(); i++) {
            PictureLink link = pictures.get(i).link;
            loaded.add(kept.get(i).isPresent() ? Loaded.of(kept.get(i).get())
                    : link.uri().isPresent() ? same(link, fetched.next())
                    : Loaded.refused("PICTURE_GONE: the picture " + link.hash() + " is no longer kept, expected it in the store; "
                            + "share it again, or raise picture.expiry.ms or picture.store.max.bytes"));
        }
        return loaded;
    }

    /** A picture that a memory of the bank shows. */
    public record Shown(String bankId, PictureLink link) { }

    private static Loaded same(PictureLink link, Loaded fetched) {
        if (fetched.file().isEmpty() || PictureHash.of(fetched.file().get()).equals(link.hash())) {
            return fetched;
        }
        return Loaded.refused("PICTURE_GONE: at " + link.uri().orElseThrow() + " is another picture now (SHA-256 "
                + PictureHash.of(fetched.file().get()) + "), expected " + link.hash() + "; share it again");
    }

    private static byte[] copy(ByteBuffer buffer) {
        byte[] bytes = new byte[buffer.remaining()];
        buffer.duplicate().get(bytes);
        return bytes;
    }
}
