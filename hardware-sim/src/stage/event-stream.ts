/** Reads server-sent events of one name until the stream ends (HTML Living Standard §9.2, the part we need). */
export async function readEventStream(
  body: ReadableStream<Uint8Array>,
  eventName: string,
  onData: (data: string) => void,
): Promise<void> {
  const decoder = new TextDecoder();
  let buffered = "";
  for await (const chunk of body) {
    buffered += decoder.decode(chunk, { stream: true });
    if (buffered.length > maxBufferedCharacters) throw new Error("an event is too long");
    const blocks = buffered.split("\n\n");
    buffered = blocks.pop() ?? "";
    for (const block of blocks) {
      const lines = block.split("\n");
      if (!lines.includes(`event: ${eventName}`)) continue;
      const data = lines.filter((line) => line.startsWith("data: ")).map((line) => line.slice(6));
      onData(data.join("\n"));
    }
  }
}

const maxBufferedCharacters = 200_000;
