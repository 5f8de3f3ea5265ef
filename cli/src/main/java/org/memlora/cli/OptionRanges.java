package org.memlora.cli;

/** Numbers that an option may have. */
final class OptionRanges {
    private static final int HIGHEST_PORT = 65_535;

    private OptionRanges() { }

    /** @throws UserError if it is no port; 0 = a free one */
    static void requirePort(String option, int port) {
        if (port < 0 || port > HIGHEST_PORT) {
            throw new UserError(option + " is " + port + ", expected 0 to " + HIGHEST_PORT + ".");
        }
    }

    /** @throws UserError if it is less */
    static void requireLeast(String option, int value, int least) {
        if (value < least) {
            throw new UserError(option + " is " + value + ", expected at least " + least + ".");
        }
    }
}
