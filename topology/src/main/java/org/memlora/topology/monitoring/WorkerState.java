package org.memlora.topology.monitoring;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Comparator;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.KafkaStreams.State;
import org.apache.kafka.streams.StoreQueryParameters;
import org.apache.kafka.streams.TaskMetadata;
import org.apache.kafka.streams.ThreadMetadata;
import org.apache.kafka.streams.errors.InvalidStateStoreException;
import org.apache.kafka.streams.state.QueryableStoreTypes;
import org.memlora.topology.MemoryWorker;
import org.memlora.topology.flow.Names;

/** A worker as others see it: names, numbers and offsets, nothing of what banks remember. Threading: any. */
public final class WorkerState {

    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

    private final MemoryWorker worker;

    public WorkerState(MemoryWorker worker) {
        this.worker = worker;
    }

    /** It runs or is about to; restarting it would not help. */
    public boolean isLive() {
        State state = worker.state();
        return worker.failure().isEmpty() && state != State.ERROR && state != State.PENDING_ERROR && state != State.NOT_RUNNING;
    }

    /** It has its partitions, and their stores are complete. */
    public boolean isReady() {
        return isLive() && worker.state() == State.RUNNING;
    }

    /** Events of each partition of this worker that are not committed yet. */
    public Map<TopicPartition, Long> lag() {
        Map<TopicPartition, Long> lag = new TreeMap<>(Comparator.comparing(TopicPartition::topic).thenComparing(TopicPartition::partition));
        for (ThreadMetadata thread : worker.streams().metadataForLocalThreads()) {
            for (TaskMetadata task : thread.activeTasks()) {
                task.topicPartitions().forEach(partition -> lag.put(partition, Math.max(0,
                        task.endOffsets().getOrDefault(partition, 0L) - Math.max(0, task.committedOffsets().getOrDefault(partition, 0L)))));
            }
        }
        return lag;
    }

    public ObjectNode json() {
        ObjectNode state = JSON.objectNode();
        state.put("state", worker.state().name()).put("live", isLive()).put("ready", isReady());
        worker.failure().ifPresent(failure -> state.put("failure", String.valueOf(failure.getMessage())));
        ArrayNode threads = state.putArray("threads");
        worker.streams().metadataForLocalThreads().stream().sorted(Comparator.comparing(ThreadMetadata::threadName))
                .forEach(thread -> threads.add(thread(thread)));
        ObjectNode entries = state.putObject("storeEntriesEstimated");
        Names.STORES.forEach(name -> entries.set(name, entries(name)));
        return state;
    }

    private static ObjectNode thread(ThreadMetadata thread) {
        ObjectNode json = JSON.objectNode().put("name", thread.threadName()).put("state", thread.threadState());
        ArrayNode tasks = json.putArray("tasks");
        thread.activeTasks().stream().sorted(Comparator.comparing(TaskMetadata::taskId)).forEach(task -> {
            ObjectNode one = tasks.addObject().put("id", task.taskId().toString());
            ArrayNode partitions = one.putArray("partitions");
            task.topicPartitions().forEach(partition -> partitions.addObject().put("topic", partition.topic())
                    .put("partition", partition.partition()).put("committed", task.committedOffsets().get(partition))
                    .put("end", task.endOffsets().get(partition)));
        });
        return json;
    }

    private com.fasterxml.jackson.databind.JsonNode entries(String store) {
        try {
            return JSON.numberNode(worker.streams().store(
                    StoreQueryParameters.fromNameAndType(store, QueryableStoreTypes.keyValueStore())).approximateNumEntries());
        } catch (InvalidStateStoreException | IllegalStateException e) {
            return JSON.nullNode(); // not open here or not now
        }
    }

    KafkaStreams streams() {
        return worker.streams();
    }

    String topology() {
        return worker.topology();
    }
}
