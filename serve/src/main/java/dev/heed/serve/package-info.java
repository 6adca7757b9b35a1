/// The studio and its server.
package dev.heed.serve;
