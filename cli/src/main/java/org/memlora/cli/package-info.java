/** The command line {@code memlora}. */
package org.memlora.cli;
