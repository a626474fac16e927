/** The window's clock: ages tick by it. `now` moves every second, `slow` every ten, so that long lists stay quiet. */
class Clock {
  now = $state(Date.now());
  slow = $state(Date.now());

  start(): () => void {
    const timer = setInterval(() => {
      this.now = Date.now();
      if (this.now - this.slow >= 10_000) this.slow = this.now;
    }, 1000);
    return () => clearInterval(timer);
  }
}

export const clock = new Clock();
