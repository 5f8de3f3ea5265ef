package org.memlora.topology.client;

import java.util.List;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.RemoveMembersFromConsumerGroupOptions;
import org.apache.kafka.clients.admin.TransactionListing;
import org.apache.kafka.common.errors.GroupIdNotFoundException;

/**
 * What killed workers left at the brokers: open transactions, before which nothing behind them is read, and memberships. Kafka lets go of both by
 * itself, but only after the transaction's and the session's time.
 */
final class KilledWorkers {

    private KilledWorkers() { }

    /** Only where none of the application runs: it would be thrown out, too. */
    static void release(Admin admin, String applicationId) throws InterruptedException, ExecutionException {
        List<String> transactions = admin.listTransactions().all().get().stream().map(TransactionListing::transactionalId)
                .filter(id -> id.startsWith(applicationId + "-")).toList();
        if (!transactions.isEmpty()) {
            admin.fenceProducers(transactions).all().get();
        }
        if (isGroupInUse(admin, applicationId)) {
            admin.removeMembersFromConsumerGroup(applicationId, new RemoveMembersFromConsumerGroupOptions()).all().get();
        }
    }

    private static boolean isGroupInUse(Admin admin, String group) throws InterruptedException, ExecutionException {
        try {
            return !admin.describeConsumerGroups(List.of(group)).all().get().get(group).members().isEmpty();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof GroupIdNotFoundException) {
                return false;
            }
            throw e;
        }
    }
}
