/** A small schema registry for the demo, tests and laptops. */
package org.memlora.schemas.registry;
