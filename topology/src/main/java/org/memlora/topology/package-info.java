/** The graph, its settings and the worker that runs it. */
package org.memlora.topology;
