const put = (part, shares) => ['left', 'top', 'width', 'height'].forEach(
  (side, n) => { part.style[side] = `${100 * shares[n]}%`; });

function addHandles(model, screen) {  // what can be dragged; see handles.py
  const shareOf = event => {
    const box = screen.getBoundingClientRect();
    return [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height];
  };

  let wanted = null, underWay = 0;
  const status = ({ content }) => {
    if (content.execution_state !== 'idle') return;
    underWay = Math.max(0, underWay - 1);
    pass();
  };
  const pass = () => {  // a touch is on its way while the kernel draws the one before it
    if (!wanted || underWay > 1) return;
    model.send({ touch: [...wanted, Date.now()] }, { iopub: { status } });
    [wanted, underWay] = [null, underWay + 1];
  };

  const grip = (number, kind) => {
    const part = screen.appendChild(document.createElement('div'));
    let held = number, offset = [0, 0];
    const move = event => {
      if (!wanted) requestAnimationFrame(pass);
      wanted = [held, ...shareOf(event).map((share, n) => share - offset[n])];
    };
    part.className = `lecture-${kind}`;
    part.onpointerdown = event => {
      if (event.button) return;
      part.setPointerCapture(event.pointerId);
      underWay = 0;  // a kernel that has ended answers no more
      if (kind === 'spot') {  // rings may lie above each other: the nearest one is meant
        const here = shareOf(event), spots = model.get('spots');
        const way = ([x, y]) => Math.hypot(
          (here[0] - x) * screen.clientWidth, (here[1] - y) * screen.clientHeight);
        held = spots.reduce((best, spot, n) => way(spot) < way(spots[best]) ? n : best, number);
        offset = here.map((share, n) => share - spots[held][n]);
      } else if (event.pointerType !== 'touch') move(event);  // a finger may want to scroll
    };
    part.onpointermove = event => part.hasPointerCapture(event.pointerId) && move(event);
    part.onpointerup = event => kind === 'area' && move(event);
    return part;
  };
  const parts = ['area', 'spot'].flatMap(kind =>
    model.get(`${kind}s`).map((_place, n) => ({ kind, n, part: grip(n, kind) })));
  const arrange = () => parts.forEach(({ kind, n, part }) => {
    const place = model.get(`${kind}s`)[n];
    part.hidden = !place.length;
    put(part, place);
  });
  model.on('change:spots change:areas', arrange);
  arrange();
}
