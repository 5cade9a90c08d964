#include "timers.h"

namespace fastcgi {

void TimerLink::Cancel() {
  if (list_ != nullptr) list_->Remove(this);
}

bool TimerList::Arm(TimerLink* link, uint64_t now) {
  link->Cancel();
  if (duration == 0) return false;
  link->deadline_ = now + duration;
  link->list_ = this;
  link->previous_ = last_;
  link->next_ = nullptr;
  if (last_ != nullptr) {
    last_->next_ = link;
  } else {
    first_ = link;
  }
  last_ = link;
  return first_ == link;
}

TimerLink* TimerList::TakeExpired(uint64_t now) {
  TimerLink* link = first_;
  if (link == nullptr || link->deadline_ > now) return nullptr;
  Remove(link);
  return link;
}

void TimerList::Remove(TimerLink* link) {
  (link->previous_ != nullptr ? link->previous_->next_ : first_) = link->next_;
  (link->next_ != nullptr ? link->next_->previous_ : last_) = link->previous_;
  link->previous_ = nullptr;
  link->next_ = nullptr;
  link->list_ = nullptr;
}

}  // namespace fastcgi
