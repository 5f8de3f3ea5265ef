package org.memlora.topology.faults;

/** Short in every build, long with {@code mvn verify -Pfaults}. The seed is the same in both unless {@code -Dmemlora.seed} sets it. */
final class FaultForm {

    static final long SEED = Long.getLong("memlora.seed", 20250301L);
    static final boolean LONG = "long".equals(System.getProperty("memlora.faults"));

    private FaultForm() { }

    static int of(int shortForm, int longForm) {
        return LONG ? longForm : shortForm;
    }
}
