/** An uncompressed 8-bit grey BMP (BITMAPFILEHEADER + BITMAPINFOHEADER + palette): any browser shows it, no library needed. */
export function bmpOfLevels(picture: {
  readonly widthPx: number;
  readonly heightPx: number;
  readonly levels: Uint8Array;
}): Uint8Array<ArrayBuffer> {
  const { widthPx, heightPx, levels } = picture;
  const stride = Math.ceil(widthPx / 4) * 4;
  const dataOffset = 14 + 40 + 256 * 4;
  const bytes = new Uint8Array(dataOffset + stride * heightPx);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, 0x424d);
  view.setUint32(2, bytes.length, true);
  view.setUint32(10, dataOffset, true);
  view.setUint32(14, 40, true);
  view.setInt32(18, widthPx, true);
  // A negative height means that rows run from the top.
  view.setInt32(22, -heightPx, true);
  view.setUint16(26, 1, true);
  view.setUint16(28, 8, true);
  view.setUint32(46, 256, true);
  for (let grey = 0; grey < 256; grey++) bytes.fill(grey, 54 + grey * 4, 57 + grey * 4);
  for (let y = 0; y < heightPx; y++) {
    for (let x = 0; x < widthPx; x++) {
      bytes[dataOffset + y * stride + x] = (levels[y * widthPx + x] ?? 15) * 17;
    }
  }
  return bytes;
}
