/// The report of a training: one HTML file that needs nothing else.
package dev.heed.report;
