package org.memlora.topology.faults;

import java.util.ArrayList;
import java.util.List;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestPlan;

/** The table of faults: each test prints its row when it is done, and all rows stand together at the end of the run. */
public final class FaultRows implements TestExecutionListener {

    private static final List<String> ROWS = new ArrayList<>();

    static synchronized void add(String fault, String figures) {
        String row = "| " + fault + " | " + figures + " |";
        ROWS.add(row);
        System.out.println(row);
    }

    @Override
    public void testPlanExecutionFinished(TestPlan plan) {
        synchronized (FaultRows.class) {
            if (!ROWS.isEmpty()) {
                System.out.println("Faults, " + (FaultForm.LONG ? "long" : "short") + " form, seed " + FaultForm.SEED + ", "
                        + Runtime.getRuntime().availableProcessors() + " processors:");
                System.out.println("| fault | outcome |");
                System.out.println("| --- | --- |");
                ROWS.forEach(System.out::println);
            }
        }
    }
}
