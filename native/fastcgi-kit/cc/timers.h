#ifndef FASTCGI_KIT_TIMERS_H_
#define FASTCGI_KIT_TIMERS_H_

#include <cstdint>

namespace fastcgi {

class TimerList;

/// A place in a `TimerList`, embedded in what waits. Leaves its list when destroyed.
class TimerLink {
 public:
  explicit TimerLink(void* owner) : owner_(owner) {}
  ~TimerLink() { Cancel(); }
  TimerLink(const TimerLink&) = delete;
  TimerLink& operator=(const TimerLink&) = delete;

  void Cancel();
  bool armed() const { return list_ != nullptr; }
  bool InList(const TimerList& list) const { return list_ == &list; }
  void* owner() const { return owner_; }

 private:
  friend class TimerList;
  TimerLink* previous_ = nullptr;
  TimerLink* next_ = nullptr;
  TimerList* list_ = nullptr;
  uint64_t deadline_ = 0;
  void* owner_;
};

/// Waiters of one kind. All wait equally long, so the order of arming is the order of deadlines and both arming and
/// expiring are constant work; no timer of its own for any of them.
class TimerList {
 public:
  /// Milliseconds; 0 means that nothing in this list ever expires.
  uint64_t duration = 0;

  /// (Re)starts the wait at `now`. Returns true when this link became the first of the list.
  bool Arm(TimerLink* link, uint64_t now);
  /// Takes the first link whose time has come; nullptr when none has.
  TimerLink* TakeExpired(uint64_t now);
  TimerLink* first() const { return first_; }
  /// Earliest deadline, UINT64_MAX when nothing waits.
  uint64_t NextDeadline() const { return first_ == nullptr ? UINT64_MAX : first_->deadline_; }

 private:
  friend class TimerLink;
  void Remove(TimerLink* link);

  TimerLink* first_ = nullptr;
  TimerLink* last_ = nullptr;
};

}  // namespace fastcgi

#endif  // FASTCGI_KIT_TIMERS_H_
