package org.memlora.topology.faults;

import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import org.memlora.topology.broker.EmbeddedBroker;

/** The embedded broker in a process of its own, to be stopped and killed. Arguments: data folder, port. */
public final class BrokerMain {

    private BrokerMain() { }

    public static void main(String[] arguments) throws Exception {
        EmbeddedBroker broker = EmbeddedBroker.start(Path.of(arguments[0]), Integer.parseInt(arguments[1]));
        Runtime.getRuntime().addShutdownHook(new Thread(broker::close, "stop"));
        new CountDownLatch(1).await();
    }
}
