package org.memlora.topology.client;

import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.regex.Pattern;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListTransactionsOptions;
import org.apache.kafka.clients.admin.RemoveMembersFromConsumerGroupOptions;
import org.apache.kafka.clients.admin.TransactionListing;
import org.apache.kafka.clients.admin.TransactionState;
import org.apache.kafka.common.errors.GroupIdNotFoundException;

/**
 * What killed workers left at the brokers: open transactions, before which nothing behind them is read, and memberships. Kafka lets go of both by
 * itself, but only after the transaction's and the session's time.
 */
final class KilledWorkers {

    private static final Set<TransactionState> UNFINISHED = Set.of(TransactionState.ONGOING, TransactionState.PREPARE_COMMIT, TransactionState.PREPARE_ABORT);

    private KilledWorkers() { }

    /** Only where none of the application runs: it would be thrown out, too. */
    static void release(Admin admin, String applicationId) throws InterruptedException, ExecutionException {
        if (isGroupInUse(admin, applicationId)) {
            admin.removeMembersFromConsumerGroup(applicationId, new RemoveMembersFromConsumerGroupOptions()).all().get();
        }
        // as Kafka Streams names them: application, process, thread
        Pattern name = Pattern.compile(Pattern.quote(applicationId) + "-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}-\\d+");
        List<String> open = admin.listTransactions(new ListTransactionsOptions().filterStates(UNFINISHED)).all().get().stream()
                .map(TransactionListing::transactionalId).filter(name.asMatchPredicate()).toList();
        if (!open.isEmpty()) {
            admin.fenceProducers(open).all().get();
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
