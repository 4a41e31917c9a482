import FleetModel
import Glibc

/// Now, by this machine's clock. Pure code gets its time as a value; this is where the value comes from.
public func wallClock() -> Timestamp {
  var time = timespec()
  clock_gettime(CLOCK_REALTIME, &time)
  return Timestamp(milliseconds: Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000)
}
