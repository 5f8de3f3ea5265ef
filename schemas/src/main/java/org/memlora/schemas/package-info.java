/** Topics, the records on them, and their serdes. */
package org.memlora.schemas;
