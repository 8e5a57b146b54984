import { type FingerPosition, fingerPositions } from "./fleet-port.ts";
import type { Html } from "./html.ts";
import type { StageWords } from "./words.ts";

type FingerShape = {
  readonly position: FingerPosition;
  readonly from: readonly [number, number];
  readonly tip: readonly [number, number];
  readonly width: number;
};

/** A left hand seen from its back; the right hand is its mirror image. */
const leftShapes: readonly FingerShape[] = [
  { position: "left-little", from: [36, 122], tip: [19, 66], width: 22 },
  { position: "left-ring", from: [55, 112], tip: [45, 36], width: 25 },
  { position: "left-middle", from: [78, 108], tip: [76, 22], width: 26 },
  { position: "left-index", from: [100, 112], tip: [107, 38], width: 25 },
  { position: "left-thumb", from: [104, 166], tip: [143, 112], width: 27 },
];
const handWidth = 160;
const palm =
  "M24 124Q26 112 40 110Q70 98 104 104Q114 106 114 120L116 150Q118 192 84 204L56 204Q28 196 26 160Z";

function rightPosition(position: FingerPosition): FingerPosition {
  const wanted = position.replace("left", "right");
  return fingerPositions.find((each) => each === wanted) ?? position;
}

function mirrored(shape: FingerShape): FingerShape {
  return {
    position: rightPosition(shape.position),
    from: [handWidth - shape.from[0], shape.from[1]],
    tip: [handWidth - shape.tip[0], shape.tip[1]],
    width: shape.width,
  };
}

/** Both hands; every fingertip is a button. */
export function Hands(props: { words: StageWords }): Html {
  return (
    <div class="hands">
      <Hand words={props.words} label={props.words.leftHand} shapes={leftShapes} isRight={false} />
      <Hand
        words={props.words}
        label={props.words.rightHand}
        shapes={leftShapes.map(mirrored).toReversed()}
        isRight
      />
    </div>
  );
}

function Hand(props: {
  words: StageWords;
  label: string;
  shapes: readonly FingerShape[];
  isRight: boolean;
}): Html {
  const { words, shapes } = props;
  return (
    <svg class="hand" viewBox={`0 0 ${handWidth} 212`} role="group" aria-label={props.label}>
      <g class="hand-outline" aria-hidden="true">
        {shapes.map((shape) => (
          <FingerLine shape={shape} extra={4} />
        ))}
        <path d={palm} transform={props.isRight ? `matrix(-1 0 0 1 ${handWidth} 0)` : undefined} />
      </g>
      <g class="hand-skin" aria-hidden="true">
        {shapes.map((shape) => (
          <FingerLine shape={shape} extra={0} />
        ))}
        <path d={palm} transform={props.isRight ? `matrix(-1 0 0 1 ${handWidth} 0)` : undefined} />
      </g>
      {shapes.map((shape) => (
        <Fingertip words={words} shape={shape} />
      ))}
    </svg>
  );
}

function FingerLine(props: { shape: FingerShape; extra: number }): Html {
  const { from, tip, width } = props.shape;
  return (
    <line
      x1={from[0]}
      y1={from[1]}
      x2={tip[0]}
      y2={tip[1]}
      stroke-width={width + props.extra}
      stroke-linecap="round"
    />
  );
}

/** The touchable end of a finger, with a hint of ridges. */
function Fingertip(props: { words: StageWords; shape: FingerShape }): Html {
  const { position, tip, width } = props.shape;
  const name = props.words.fingers[position];
  const [x, y] = tip;
  const arc = (radius: number): string =>
    `M${x - radius} ${y + radius * 0.9}V${y}a${radius} ${radius} 0 0 1 ${2 * radius} 0v${radius * 0.9}`;
  return (
    <g
      class="fingertip"
      role="button"
      tabindex={0}
      aria-label={name}
      data-finger={position}
      data-name={name}
    >
      <circle class="fingertip-target" cx={x} cy={y + 4} r={width / 2 + 7} />
      <circle class="fingertip-halo" cx={x} cy={y} r={width / 2 + 1} />
      <path class="fingertip-ridges" d={`${arc(7.5)}${arc(4.6)}M${x} ${y - 1.5}v8`} />
      <title>{name}</title>
    </g>
  );
}
