package org.memlora.evaluation.bench;

import java.util.List;
import org.memlora.operators.extraction.Exchange;

/** A way to remember and to answer, as the benchmark calls it. Threading: one thread per group of banks. */
interface MemorySystem {

    /** Remembers one exchange of each bank; the banks differ. */
    void remember(List<Exchange> exchanges);

    /** Makes each turn of the bank's first exchanges a memory, without any model call: answers then cost the same for all systems. */
    void fill(Workload.Bank bank);

    /** Answers one question of each bank; the banks differ. @return how many the model answered: a bank may know nothing */
    int answer(List<Asked> questions);

    record Asked(String bankId, Workload.BankQuestion question) { }
}
